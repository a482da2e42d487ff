// Package vm evaluates Jsonnet.
//
// A Machine compiles programs: the desugared tree of upstream's parser becomes
// a tree of nodes (code) that evaluate themselves. An Evaluation runs them.
// Compiled code never changes after it has been made and is shared by all
// evaluations of its Machine, in any number of goroutines; the values that an
// Evaluation makes belong to it alone.
//
// # Values
//
// A Value is two words: a pointer to a header, which says what the value is,
// and a float64. Numbers and booleans live in the second word; strings, arrays,
// objects and functions start with their header. The header also names the
// expression that made the value: an operator or literal has headers of its
// own for the numbers and booleans it makes. So every value knows where it
// comes from, wherever it has been passed to since, and nothing is spent on it
// while a program runs. Origins writes that down when a result is manifested.
//
// Strings count code points and are kept as UTF-8; long ones that are built
// piece by piece are ropes until somebody looks at them.
//
// # Laziness
//
// A thunk is code with the frame it is to be evaluated in. Arguments, elements,
// fields and locals are evaluated when they are first needed, and at most once.
// Where evaluating cannot be observed – literals, function values, objects
// whose field names are known, variables that have a value already – there is
// no thunk (code.delay).
//
// Variables are addressed by how many frames out and which slot (scope). A
// frame belongs to a call, to a layer of an object, or to a field body with
// locals. Locals of nested expressions share the frame around them, which is
// why a frame must never see the same expression evaluated twice. The slot of a
// local is empty until the first use; the variable's code knows the
// initialiser. So an unused local costs nothing at all.
//
// # Objects
//
// An object is a stack of layers, one for each object literal that has been
// added up, the last summand first. A layer is a shape (names, visibility, how
// the fields are made) with the frame around the literal. "+" only notes its
// operands; they become a stack of layers when somebody looks a field up. The
// object keeps the values of its fields, by layer, since super may ask for a
// field that another layer has overridden; self is the object, and super
// begins at the layer behind the one the code is in.
//
// # Evaluating again
//
// An Evaluation can be used again when files have changed (Renew): the values of
// imports stay that an edit does not reach. That alone is of little use for a
// large mixin, whose root is a sum of all its files: an edit of any makes another
// root, and all that reads $ or self has to be evaluated anew.
//
// So a Machine can tell the fragments of its files apart (TellApart): file,
// field, function, local, assertion. Its evaluations note for every value that is
// kept which fragments and imports it needed (tracker), and the parts of a result
// know what everything in them needed (Parts). Evaluating is deterministic:
// where none of it has changed, a part comes out as it was, and its text and
// origins are taken over without evaluating anything. No value goes from one root
// to the next, so that nothing in it can be out of date. Two versions of a file
// are compared as trees; code that has only moved is the same, and the origins
// of what it made are told its new place.
//
// # Failing
//
// Errors are panics with *Error inside the package and are returned by the
// exported functions. The stack of an Evaluation holds, for every thunk, field
// and function that is being evaluated, the expression that asked for it: that
// is upstream's stack trace, and its length is what MaxStack limits. An
// operator or call makes itself the current expression (Evaluation.cur) before
// it fails, makes a value or evaluates anything else; natives rely on it, and
// whatever evaluates something restores it. Steps, memory and the context are
// counted and looked at in push, step and alloc.
//
// # Traps of the desugared tree
//
// Comprehensions arrive as calls of $flatMapArray and $objectFlatMerge with a
// function of one parameter; the locals of an object comprehension have moved
// into the field, $ among them. "%", "in" and slices are calls of std. "+:" is a
// flag of the field. A missing else is a null without a place. std.jsonnet
// itself refers to std as a local. Evaluation orders that can be observed
// through errors are upstream's, also where they look odd.
//
// # Where this differs from upstream on purpose
//
// Object locals are evaluated once for an object and not once for a field, so
// std.trace in them is printed once. A function of std.jsonnet that is native
// here takes no room on the stack for its insides. Calls in tail position of a
// function called with tailstrict need no Go stack. Where go-jsonnet crashes (a
// default that refers to another parameter, in a call with tailstrict), this
// engine has a value.
package vm
