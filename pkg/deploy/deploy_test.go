package deploy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/deploy"
	"github.com/monctl/monctl/pkg/diag"
)

func file(name, body string) bundle.Object {
	origin := bundle.OriginFunc(func(pointer string) diag.Span { return diag.Span{File: "src/" + name + pointer} })
	return bundle.NewRawObject(bundle.Ref{Kind: bundle.File, Space: "prometheus", Name: name}, []byte(body), origin)
}

func makeBundle(t *testing.T, objs ...bundle.Object) *bundle.Bundle {
	t.Helper()
	b, diags := bundle.New("tokyo", objs)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

func TestCompare(t *testing.T) {
	live := makeBundle(t, file("a", "1"), file("b", "1"), file("c", "1"), file("z", "1"))
	next := makeBundle(t, file("0", "1"), file("b", "2"), file("c", "1"), file("d", "1"))
	for _, tc := range []struct {
		name string
		live *bundle.Bundle
		next *bundle.Bundle
		want []string
	}{
		{"everything", live, next, []string{"add 0", "remove a", "update b", "add d", "remove z"}},
		{"nothing", live, live, nil},
		{"the first", nil, live, []string{"add a", "add b", "add c", "add z"}},
		{"to nothing", live, makeBundle(t), []string{"remove a", "remove b", "remove c", "remove z"}},
	} {
		var got []string
		for _, d := range deploy.Compare(tc.live, tc.next) {
			got = append(got, string(d.Action)+" "+d.Ref.Name)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
	}
}

func TestLocate(t *testing.T) {
	b := makeBundle(t, file("a", "1"))
	list := diag.List{
		{Code: "x", Object: "file/prometheus/a", Pointer: "/rules/0"},
		{Code: "x", Object: "file/prometheus/gone"},
		{Code: "x"},
	}
	got := deploy.Locate(list, b)
	if got[0].Span.File != "src/a/rules/0" || got[0].Env != "tokyo" || !got[1].Span.IsZero() || !got[2].Span.IsZero() {
		t.Errorf("located %+v", got)
	}
	if !list[0].Span.IsZero() {
		t.Error("the list itself was changed")
	}
}

type settler func(ctx context.Context) (bool, string, error)

func (f settler) Settled(ctx context.Context) (bool, string, error) { return f(ctx) }

func TestWait(t *testing.T) {
	n := 0
	err := deploy.Wait(t.Context(), settler(func(context.Context) (bool, string, error) {
		n++
		return n == 3, "a target", nil
	}), time.Nanosecond)
	if err != nil || n != 3 {
		t.Errorf("asked %d times, %v", n, err)
	}
	broken := errors.New("broken")
	err = deploy.Wait(t.Context(), settler(func(context.Context) (bool, string, error) { return false, "", broken }), 0)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = deploy.Wait(ctx, settler(func(context.Context) (bool, string, error) { cancel(); return false, "", nil }), time.Hour)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	// The deadline passes while it waits for the second answer.
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err = deploy.Wait(ctx, settler(func(context.Context) (bool, string, error) { return false, "target a", nil }), time.Hour)
	if _, ok := errors.AsType[*deploy.TimeoutError](err); !ok {
		t.Errorf("too late: %v", err)
	}
}
