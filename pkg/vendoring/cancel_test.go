package vendoring_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/gitrepo"
	"github.com/monctl/monctl/pkg/vendoring"
)

// interrupting cancels the run when it has the tree of a package.
type interrupting struct {
	vendoring.Repositories
	cancel context.CancelFunc
}

func (i *interrupting) Tree(ctx context.Context, remote, commit string) (*gitrepo.Tree, error) {
	tree, err := i.Repositories.Tree(ctx, remote, commit)
	i.cancel()
	return tree, err
}

func TestAnInterruptedRunChangesNothing(t *testing.T) {
	h := newHost(t)
	h.commit("team/a", "main", files(map[string]string{"x": "1"})...)
	dir := project(t, map[string]string{"jsonnetfile.json": requires(dep(lib("a"), "", "main"))})
	before := snapshot(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p, _, err := vendoring.Load(vendoring.Options{Dir: dir, Repos: &interrupting{h.client(), cancel}})
	h.check(err)
	if _, _, err := p.Install(ctx, vendoring.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
