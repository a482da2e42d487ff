package gitrepo

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitattributes"
)

// lineEnds says how a file's line ends are written when it is checked out on a
// system whose own line end is LF: only .gitattributes can ask for CRLF.
type lineEnds int

const (
	asStored lineEnds = iota
	crlf
	// crlfIfText converts what looks like text with LF throughout.
	crlfIfText
)

// attributes are the lines of .gitattributes that apply to a directory, the
// strongest last.
type attributes []gitattributes.MatchAttribute

// maxAttributes bounds a .gitattributes file, as git does not.
const maxAttributes = 1 << 20

// with adds the lines of a directory's .gitattributes. A line that cannot be
// understood is left out, with what follows it: git warns and goes on.
func (a attributes) with(t *Tree, dir string, entries []Entry) attributes {
	for _, e := range entries {
		if e.Name != ".gitattributes" || e.Kind > Executable || e.Size > maxAttributes {
			continue
		}
		r, err := t.Open(e)
		if err != nil {
			return a
		}
		defer r.Close()
		var domain []string
		if dir != "" {
			domain = strings.Split(dir, "/")
		}
		found, _ := gitattributes.ReadAttributes(r, domain, true)
		return append(slices.Clip(a), found...)
	}
	return a
}

// lineEnds finds out about one file; name is its whole path. go-git's own
// matcher lets weaker lines win.
func (a attributes) lineEnds(name string) lineEnds {
	text, eol := "", ""
	var set func(attrs []gitattributes.Attribute, depth int)
	set = func(attrs []gitattributes.Attribute, depth int) {
		for _, attr := range attrs {
			switch {
			case attr.Name() == "text":
				text = state(attr)
			case attr.Name() == "eol":
				eol = state(attr)
			case attr.Name() == "binary" && attr.IsSet():
				text = "unset"
			case attr.IsSet() && depth == 0:
				for _, m := range a {
					if m.Pattern == nil && m.Name == attr.Name() {
						set(m.Attributes, depth+1)
					}
				}
			}
		}
	}
	parts := strings.Split(name, "/")
	for _, m := range a {
		if m.Pattern != nil && m.Pattern.Match(parts) {
			set(m.Attributes, 0)
		}
	}
	switch {
	case eol != "crlf" || text == "unset":
		return asStored
	case text == "auto":
		return crlfIfText
	}
	return crlf
}

func state(a gitattributes.Attribute) string {
	switch {
	case a.IsUnset():
		return "unset"
	case a.IsValueSet():
		return a.Value()
	case a.IsSet():
		return "set"
	}
	return ""
}

// convert writes line ends as a checkout does.
func (l lineEnds) convert(r io.ReadCloser) (io.ReadCloser, error) {
	if l == asStored {
		return r, nil
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if l == crlfIfText && (bytes.IndexByte(data, 0) >= 0 || bytes.IndexByte(data, '\r') >= 0) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}
	var out bytes.Buffer
	for i, b := range data {
		if b == '\n' && (i == 0 || data[i-1] != '\r') {
			out.WriteByte('\r')
		}
		out.WriteByte(b)
	}
	return io.NopCloser(&out), nil
}
