package secret_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/monctl/monctl/pkg/secret"
)

func environment(vars map[string]string) secret.Provider {
	return secret.Environment(func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	})
}

func TestLookup(t *testing.T) {
	env := environment(map[string]string{
		"MONCTL_SECRET_SLACK_URL":   "https://hooks.example.com/1",
		"MONCTL_SECRET_A_B_C_D":     "all others become an underscore",
		"MONCTL_SECRET_EMPTY":       "",
		"MONCTL_SECRET_IN_BOTH":     "environment",
		"SLACK_TOKEN":               "not ours",
		"MONCTL_SECRET_SPACES_KEPT": " x\n",
	})
	dir := secret.Directory(fstest.MapFS{
		"pagerduty/key":  {Data: []byte("k1\n")},
		"smtp_password":  {Data: []byte("two lines\nkept\r\n")},
		"in_both":        {Data: []byte("file")},
		"nothing":        {Data: []byte("\n")},
		"folder/a/value": {Data: []byte("x")},
	})
	chain := secret.Chain(env, dir)
	for _, tc := range []struct {
		name, want string
		ok         bool
	}{
		{"slack/url", "https://hooks.example.com/1", true},
		{"a/b.c-d", "all others become an underscore", true},
		{"empty", "", false},
		{"slack/token", "", false},
		{"spaces/kept", " x\n", true},
		{"pagerduty/key", "k1", true},
		{"smtp/password", "two lines\nkept", true},
		{"in_both", "environment", true},
		{"nothing", "", false},
		{"folder/a", "", false},
		{"folder", "", false},
	} {
		got, ok, err := chain.Lookup(t.Context(), tc.name)
		if err != nil || got != tc.want || ok != tc.ok {
			t.Errorf("Lookup(%q) = %q, %t, %v; want %q, %t", tc.name, got, ok, err, tc.want, tc.ok)
		}
	}
}

// A name from a bundle must not lead out of the directory.
func TestDirectoryTraversal(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "passwd"), []byte("root"), 0o600); err != nil {
		t.Fatal(err)
	}
	inner := filepath.Join(dir, "secrets")
	if err := os.Mkdir(inner, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../passwd", "a/../../passwd", "/etc/passwd", ""} {
		if value, ok, err := secret.Directory(os.DirFS(inner)).Lookup(t.Context(), name); ok || err == nil {
			t.Errorf("Lookup(%q) = %q, %t, %v; want an error", name, value, ok, err)
		}
	}
}

func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	chain := secret.Chain(
		secret.ProviderFunc(func(context.Context, string) (string, bool, error) { return "", false, broken }),
		environment(map[string]string{"MONCTL_SECRET_A": "x"}),
	)
	if _, ok, err := chain.Lookup(t.Context(), "a"); ok || !errors.Is(err, broken) {
		t.Errorf("a provider that cannot answer was passed over: %t, %v", ok, err)
	}
	large := secret.Directory(fstest.MapFS{"large": {Data: []byte(strings.Repeat("x", 1<<20+1))}})
	if _, _, err := large.Lookup(t.Context(), "large"); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a large file: %v", err)
	}
	unreadable := secret.Directory(denied{})
	if _, _, err := unreadable.Lookup(t.Context(), "a/b"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("an unreadable file: %v", err)
	}
}

type denied struct{}

func (denied) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func TestResolve(t *testing.T) {
	env := environment(map[string]string{"MONCTL_SECRET_A": "1", "MONCTL_SECRET_C_D": "2"})
	values, unresolved, err := secret.Resolve(t.Context(), env, []string{"x", "c/d", "a", "a", "b", "x"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"a": "1", "c/d": "2"}, values); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"b", "x"}, unresolved); d != "" {
		t.Error(d)
	}
	if _, unresolved, err = secret.Resolve(t.Context(), secret.Chain(), []string{"a"}); err != nil || len(unresolved) != 1 {
		t.Errorf("no provider: %v, %v", unresolved, err)
	}
}
