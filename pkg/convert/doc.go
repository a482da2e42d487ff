// Package convert writes existing monitoring as Jsonnet on the library that
// comes with monctl: rule files, Alertmanager's and Prometheus' configuration,
// Grafana dashboards.
//
// A source is one file of YAML or JSON; each of its documents is recognised by
// its content, which is its Kind, and becomes one program. A program is offered
// the library's builders from the inside out: a builder is taken where it makes
// exactly the value that stands in the source, which is found by evaluating it,
// and the value is written plainly where it does not. So the library alone
// knows what it accepts, and a program always means what its source says.
//
// A program is only returned after it was evaluated and compared with its
// source as a whole, scalar by scalar. What Jsonnet cannot say (0777, yes, 1.0
// as they are written, or integers beyond 2^53) is refused unless
// Options.Scalars asks for a reading.
//
// A note is a comment of the source. Notes are attached to the pointers of the
// values they stand at, and move with them; those of values that the program
// does not have go to the nearest value around them.
package convert
