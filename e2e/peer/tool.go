package peer

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// toolTimeout bounds a tool's run.
const toolTimeout = 5 * time.Minute

// Command says how to run a tool to its end.
type Command struct {
	Path string
	Args []string
	// Dir is the working directory; empty means the test's.
	Dir string
	// Env is added to the test's environment, as in [Spec].
	Env   []string
	Stdin string
}

// Result is what a tool that has ended left behind.
type Result struct {
	Stdout, Stderr string
	// Code is the exit code, or -1 when a signal ended the tool.
	Code int
}

// Run runs a tool to its end. A tool that cannot be started fails the test; one
// that exits with another code than 0 does not.
func Run(t testing.TB, c Command) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), toolTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.Stdin), &stdout, &stderr
	cmd.Dir = c.Dir
	cmd.Env = environment(c.Env)
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = stopTimeout
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatalf("run %s: %v", c.Path, err)
	}
	if err := ctx.Err(); err != nil {
		t.Fatalf("run %s %s: %v\n%s%s", c.Path, strings.Join(c.Args, " "), err, &stdout, &stderr)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// Promtool runs the pinned promtool.
func Promtool(t testing.TB, args ...string) Result {
	t.Helper()
	return Run(t, Command{Path: Pinned(t, "promtool"), Args: args})
}

// Amtool runs the pinned amtool.
func Amtool(t testing.TB, args ...string) Result {
	t.Helper()
	return Run(t, Command{Path: Pinned(t, "amtool"), Args: args})
}

// Pinned is the file of a program that `make peers` builds.
func Pinned(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(Root(t), ".bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not built, run `make peers`: %v", name, err)
	}
	return path
}

// Installed is the file of a program of the distribution.
func Installed(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed, run `make peers`: %v", name, err)
	}
	return path
}

// Root is the project's directory: the nearest one upwards of the test's that
// holds go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("find the project's directory: %v", err)
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir
		}
		if parent := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && parent != dir {
			dir = parent
			continue
		}
		t.Fatalf("find the project's directory: %v", err)
	}
}

// Build builds a main package of the project, such as ./cmd/monctl, into a
// directory of the caller, and returns the program's file. Build once in a test
// binary: linking takes seconds.
func Build(t testing.TB, pkg, dir string) string {
	t.Helper()
	result := Run(t, Command{
		Path: Installed(t, "go"),
		Args: []string{"build", "-o", dir + string(filepath.Separator), pkg},
		Dir:  Root(t),
	})
	if result.Code != 0 {
		t.Fatalf("build %s: exit code %d\n%s%s", pkg, result.Code, result.Stdout, result.Stderr)
	}
	return filepath.Join(dir, filepath.Base(pkg))
}
