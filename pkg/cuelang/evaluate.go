package cuelang

import (
	"fmt"

	"cuelang.org/go/cue"
)

// Guard is to be deferred around what evaluates a user's CUE: it takes a panic of
// the evaluator for an error. Some programs that are wrong make cue v0.17.1
// panic where it should say so ("a: 1 | *21 | *2\na\na> a").
func Guard(err *error) {
	if r := recover(); r != nil {
		*err = &crash{r}
	}
}

// crash is a panic of CUE's evaluator.
type crash struct{ value any }

func (c *crash) Error() string {
	return fmt.Sprintf("CUE's evaluator fails on this file instead of saying what is wrong with it (%v)", c.value)
}

// Unify returns what two values have in common. It is no error here if that is
// nothing.
func Unify(a, b cue.Value) (v cue.Value, err error) {
	defer Guard(&err)
	return a.Unify(b), nil
}

// Export writes a value as JSON, or says what in it is left open or wrong.
func Export(v cue.Value) (text []byte, err error) {
	defer Guard(&err)
	if err := v.Validate(cue.Final(), cue.Concrete(true)); err != nil {
		return nil, err
	}
	return v.MarshalJSON()
}

// evaluate returns the value that is built, or what is wrong with it.
func evaluate(build func() cue.Value) (v cue.Value, err error) {
	defer Guard(&err)
	v = build()
	return v, v.Err()
}
