package cli_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/monctl/monctl/pkg/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"monctl": func() { os.Exit(cli.Main(process())) }})
}

// process is the process as Main has it, with a signal that scripts can send.
func process() cli.System {
	s := cli.Process()
	s.Interrupt = func(ctx context.Context) (context.Context, context.CancelFunc) {
		return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	}
	return s
}

// TestScripts runs the scripts below testdata/script. UPDATE_GOLDEN=1 rewrites
// what they compare output with.
func TestScripts(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("testdata", "script", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:                 dir,
				UpdateScripts:       updateGoldens(),
				RequireExplicitExec: true,
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"exitcode": exitCode, "fails": fails, "occupy": occupy, "copyrepo": copyRepository,
					"truncate": truncate, "tamper": tamper, "repository": repository, "commit": commit, "holdstate": holdState, "freeaddress": freeAddress, "await": await,
				},
				Setup: func(env *testscript.Env) error {
					env.Setenv("REPO", mustAbs(filepath.Join("..", "..")))
					// Whatever a script renders twice is held against what is
					// kept of the first time.
					env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
					env.Setenv("MONCTL_CACHE", "verify")
					return nil
				},
			})
		})
	}
}

func mustAbs(p string) string {
	abs, err := filepath.Abs(p)
	if err != nil {
		panic(err) // there is no working directory
	}
	return abs
}

// exitCode is the script command `exitcode N monctl ARG...`: it runs monctl and
// compares its exit code.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N command arg...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// occupy is the script command `occupy VAR`: it listens on a free port for the
// rest of the script and sets VAR to its address.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy VAR")
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// copyRepository is the script command `copyrepo DIR`: it copies the sources of
// this repository's own monitoring.
func copyRepository(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: copyrepo DIR")
	}
	root := ts.Getenv("REPO")
	to := ts.MkAbs(args[0])
	for _, name := range []string{"monctl.cue", "rules", "dashboards", "alertmanager", "prometheus", "tests", "lib"} {
		ts.Check(copyAll(filepath.Join(root, name), filepath.Join(to, name)))
	}
}

func copyAll(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(to, os.DirFS(from))
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
