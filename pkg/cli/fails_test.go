package cli_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/monctl/monctl/pkg/revision"
)

// fails is the script command `fails N monctl ARG...`: it runs monctl, compares
// its exit code, and sees to it that nothing was written.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[0] == "0" {
		ts.Fatalf("usage: fails N command arg..., with N other than 0")
	}
	work := ts.Getenv("WORK")
	before, err := listing(work)
	ts.Check(err)
	exitCode(ts, false, args)
	after, err := listing(work)
	ts.Check(err)
	for _, l := range after {
		if !slices.Contains(before, l) {
			ts.Fatalf("the command wrote %s", l)
		}
	}
	for _, l := range before {
		if !slices.Contains(after, l) {
			ts.Fatalf("the command changed or removed %s", l)
		}
	}
}

// listing names everything below a folder, files with the hash of what they
// hold. The folder for temporary files and lock files do not count.
func listing(root string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		switch {
		case err != nil:
			return err
		case rel == ".tmp":
			return fs.SkipDir
		case d.Name() == "lock":
			return nil
		}
		line := fmt.Sprintf("%s %s", d.Type(), filepath.ToSlash(rel))
		if d.Type().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %x", sha256.Sum256(data))
		}
		out = append(out, line)
		return nil
	})
	return out, err
}

// truncate is the script command `truncate PATTERN`: it cuts the files that
// match in half.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: truncate PATTERN")
	}
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) == 0 {
		ts.Fatalf("nothing matches %s", args[0])
	}
	for _, name := range names {
		info, err := os.Stat(name)
		ts.Check(err)
		ts.Check(os.Truncate(name, info.Size()/2))
	}
}

// tamper is the script command `tamper FOLDER REGEXP REPLACEMENT`: it changes
// what the files of a folder hold.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: tamper FOLDER REGEXP REPLACEMENT")
	}
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	names, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*"))
	ts.Check(err)
	changed := false
	for _, name := range names {
		data, err := os.ReadFile(name)
		ts.Check(err)
		changed = changed || re.Match(data)
		ts.Check(os.WriteFile(name, re.ReplaceAll(data, []byte(args[2])), 0o600))
	}
	if !changed {
		ts.Fatalf("nothing in %s matches %s", args[0], args[1])
	}
}

// holdState is the script command `holdstate DIR`: it uses a data directory as
// a running server does, until the end of the script, and sets PID.
func holdState(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: holdstate DIR")
	}
	s, err := revision.Open(ts.MkAbs(args[0]), revision.Options{})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	ts.Setenv("PID", strconv.Itoa(os.Getpid()))
}

// freeAddress is the script command `freeaddress VAR`: it sets VAR to an
// address that nobody listens on.
func freeAddress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeaddress VAR")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// await is the script command `await URL|FILE [REGEXP]`: it waits until the URL
// answers, or the file is there, with a content that matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: await URL|FILE [REGEXP]")
	}
	re, err := regexp.Compile(slices.Concat(args, []string{""})[1])
	ts.Check(err)
	var last string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		data, err := content(ts, args[0])
		if err == nil && re.Match(data) {
			return
		}
		last = fmt.Sprint(string(data), err)
	}
	ts.Fatalf("waited for %v in vain; the last answer was %s", args, last)
}

func content(ts *testscript.TestScript, place string) ([]byte, error) {
	if !strings.HasPrefix(place, "http://") {
		return os.ReadFile(ts.MkAbs(place))
	}
	resp, err := http.Get(place)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %s", resp.Status)
	}
	return io.ReadAll(resp.Body)
}
