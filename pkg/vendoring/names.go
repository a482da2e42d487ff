package vendoring

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// stagingPrefix begins the names of directories that a run works in.
const stagingPrefix = ".monctl-"

// checkPath says what is wrong with a path that comes from elsewhere and is to
// exist below some directory. It is what keeps a name from leading out of it;
// that no link does is seen to by os.Root.
func checkPath(name string) error {
	for e := range strings.SplitSeq(name, "/") {
		if err := checkElement(e); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	return nil
}

func checkElement(e string) error {
	switch {
	case e == "" || e == "." || e == "..":
		return fmt.Errorf("%q is no name", e)
	case strings.EqualFold(e, ".git"):
		return fmt.Errorf("%q would make a Git repository", e)
	case strings.ContainsAny(e, "/\\\x00"):
		return fmt.Errorf("%q contains a separator", e)
	case strings.HasPrefix(e, stagingPrefix):
		return fmt.Errorf("names that begin with %s are monctl's own", stagingPrefix)
	case len(e) > 255:
		return fmt.Errorf("a name of %d bytes is too long", len(e))
	case strings.ContainsFunc(e, unicode.IsControl):
		return fmt.Errorf("%q contains a control character", e)
	}
	return nil
}

// checkLink says whether a link within vendor leads out of it. at is where the
// link stands, below vendor.
func checkLink(at, target string) error {
	if path.IsAbs(target) || strings.ContainsAny(target, "\\\x00") || len(target) > 1 && target[1] == ':' {
		return fmt.Errorf("the link %s leads to %s, which is absolute", at, target)
	}
	// The link stands in a real directory, so leading ".." are exact. After a
	// name they are not: that may be a link itself, and its parent elsewhere.
	depth, named := strings.Count(at, "/"), false
	for e := range strings.SplitSeq(target, "/") {
		switch e {
		case "", ".":
		case "..":
			if depth--; depth < 0 || named {
				return fmt.Errorf("the link %s leads to %s, which may be outside vendor", at, target)
			}
		default:
			named = true
		}
	}
	return nil
}

// inside reports whether a path is dir or below it.
func inside(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

// ancestors lists the directories that a path is in, nearest last.
func ancestors(name string) []string {
	var all []string
	for d := path.Dir(name); d != "."; d = path.Dir(d) {
		all = append(all, d)
	}
	slices.Reverse(all)
	return all
}
