package api

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/monctl/monctl/pkg/bundle"
)

const (
	maxNameBytes = 512
	maxTextBytes = 64 << 10
)

// Check reports what is wrong with a manifest that someone posted, before
// anything is done with it.
func (m Manifest) Check() error {
	if m.FormatVersion != FormatVersion {
		return fmt.Errorf("format_version %d is not supported, want %d", m.FormatVersion, FormatVersion)
	}
	if m.Environment == "" {
		return fmt.Errorf("the environment is not named")
	}
	if err := checkText("environment", m.Environment, maxNameBytes); err != nil {
		return err
	}
	if err := checkText("author", m.Author, maxNameBytes); err != nil {
		return err
	}
	if err := checkText("commit", m.Commit, maxNameBytes); err != nil {
		return err
	}
	if err := checkMessage(m.Message); err != nil {
		return err
	}
	if len(m.Objects) > MaxObjects {
		return fmt.Errorf("%d objects are more than the %d that a revision may have", len(m.Objects), MaxObjects)
	}
	return checkObjects(m.Objects)
}

// Check reports what is wrong with a request that someone posted.
func (r ActivateRequest) Check() error {
	if r.FormatVersion != FormatVersion {
		return fmt.Errorf("format_version %d is not supported, want %d", r.FormatVersion, FormatVersion)
	}
	if err := checkText("author", r.Author, maxNameBytes); err != nil {
		return err
	}
	return checkMessage(r.Message)
}

func checkObjects(objects []Object) error {
	seen := make(map[bundle.Ref]bool, len(objects))
	files := map[string]bool{}
	for _, o := range objects {
		if err := CheckRef(o.Ref); err != nil {
			return err
		}
		if seen[o.Ref] {
			return fmt.Errorf("object %s stands in the manifest twice", o.Ref)
		}
		seen[o.Ref] = true
		if o.Hash.IsZero() {
			return fmt.Errorf("object %s has no hash", o.Ref)
		}
		if o.Ref.Kind == bundle.File {
			files[o.Ref.Space+"/"+o.Ref.Name] = true
		}
	}
	for name := range files {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if files[dir] {
				return fmt.Errorf("%q is a file and cannot hold %q", dir, name)
			}
		}
	}
	return nil
}

// CheckRef reports what is wrong with a reference that someone sent. A
// template is a file name, a file a path, that stay where they are put.
func CheckRef(r bundle.Ref) error {
	for _, text := range []string{r.Space, r.Name} {
		if err := checkText("object reference "+fmt.Sprintf("%q", r.String()), text, maxNameBytes); err != nil {
			return err
		}
	}
	bad := func(format string, args ...any) error {
		return fmt.Errorf("object reference %q: %s", r, fmt.Sprintf(format, args...))
	}
	switch r.Kind {
	case bundle.Alertmanager, bundle.Prometheus:
		if r.Space != "" || r.Name != "" {
			return bad("there is one %s only", r.Kind)
		}
	case bundle.Rules:
		if r.Space == "" || r.Name == "" {
			return bad("want rules/<namespace>/<group>")
		}
	case bundle.Dashboard:
		if r.Name == "" {
			return bad("want dashboard/<folder>/<uid>")
		}
	case bundle.Template:
		if r.Space != "" || !isSegment(r.Name) {
			return bad("want template/<file name>")
		}
	case bundle.File:
		if !isSegment(r.Space) || !isLocal(r.Name) {
			return bad("want file/<folder>/<path>, and the path must not leave the folder")
		}
	default:
		return bad("unknown kind %q", r.Kind)
	}
	return nil
}

// isLocal accepts clean, relative, slash-separated paths.
func isLocal(name string) bool {
	if name == "" || path.IsAbs(name) || path.Clean(name) != name || strings.ContainsAny(name, `\:`) {
		return false
	}
	for segment := range strings.SplitSeq(name, "/") {
		if !isSegment(segment) {
			return false
		}
	}
	return true
}

func isSegment(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, `/\:`)
}

// checkText accepts one line of text.
func checkText(what, text string, limit int) error {
	if len(text) > limit {
		return fmt.Errorf("%s is longer than %d bytes", what, limit)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%s contains control characters or is not UTF-8", what)
	}
	return nil
}

func checkMessage(text string) error {
	isControl := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }
	if len(text) > maxTextBytes {
		return fmt.Errorf("message is longer than %d bytes", maxTextBytes)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, isControl) {
		return fmt.Errorf("message contains control characters or is not UTF-8")
	}
	return nil
}
