package ruletest

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/monctl/monctl/pkg/promeval"
)

const codeVerify = "test/verify"

// verify makes the evaluation once more, and the plain one beside it, in a
// folder of its own below dir. A difference fails the test.
func (r *runner) verify(ctx context.Context, dir string) (err error) {
	if r.eval == nil || !r.test.evaluates() {
		return nil
	}
	own, err := os.MkdirTemp(dir, "test")
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(own)) }()
	exprs := make([]promeval.Instant, 0, len(r.test.exprs))
	for _, e := range r.test.exprs {
		exprs = append(exprs, promeval.Instant{Expr: e.expr.value, At: r.start().Add(e.at)})
	}
	diff, err := promeval.Verify(ctx, r.eval.Options, exprs, own)
	if err != nil || diff == "" {
		return err
	}
	r.report.Difference = diff
	f := r.fail(r.test.span, KindError, codeVerify, "the evaluation differs from the plain one: %s", diff)
	f.hint = "this is a mistake in monctl, not in the test: please report it together with the test and its rules"
	r.report.Result = Failed
	return nil
}

// Differs reports whether a test was found to be evaluated differently than
// the plain way, see Options.VerifyDir.
func (r *Report) Differs() bool {
	for _, s := range r.Suites {
		for _, t := range s.Tests {
			if t.Difference != "" {
				return true
			}
		}
	}
	return false
}
