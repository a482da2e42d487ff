// Package startup keeps what the start of the program costs small.
//
// The start is what happens before main: monctl holds every service discovery
// of Prometheus and every integration of Alertmanager, and some 800 packages,
// nearly all of them others', initialise themselves in each run, whichever
// command it is. That leaves two things which most commands then carry along.
// The garbage collector has run, where the little that is made would have had
// room; and pages of the program's file have been read, and count as memory of
// the process, that nothing looks at again.
//
// So the package does two things. It has the first collection wait. And it
// gives pages back: the kernel forgets that the process has looked at them, and
// hands them out again, from its cache, where they are needed after all. That
// is no memory saved for those who have the file in use as well; it is what a
// limit on, or a measurement of, the memory of this process counts.
//
// The package does its work when it is initialised, which is allowed nowhere
// else: what it is about is over when main begins. Only cmd/monctl imports it,
// so that tests and other programs are as Go makes them. It depends on little,
// and Go initialises packages in the order of their paths as soon as what they
// import is ready; that puts it about in the middle of the start.
package startup
