// Command bench measures monctl beside the programs it stands in for, in the
// same run and on the same machine, and prints one table of ratios.
//
// A case names a job; monctl and its peer each do it as whole processes. A
// measure is one number of a case: wall time, processor time (user and system)
// or peak resident memory, as the kernel accounts them when a process has
// ended. A round runs both once, each round beginning with the other one, so
// that what else the machine does falls on both; the first round warms the
// caches and does not count. A ratio is ours divided by the peer's: below 1
// monctl takes less. Given are the median and the range of all rounds, for the
// ratio that of the ratios within a round.
//
// Three things to know when reading the numbers: a process that this program
// starts is never accounted less memory than this program itself occupied at
// that time, which the table's head names as the floor; the programs are copied
// before they are measured, since a process is accounted the pages of its file
// too (see settle); and both sides must succeed, since a failed run is fast.
//
// `make bench` builds what is needed and runs it; `go run ./bench -list` names
// the cases and `-run` picks some. `-json` prints the same as a document whose
// format_version grows when a field changes its meaning.
package main
