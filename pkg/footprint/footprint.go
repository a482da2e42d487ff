package footprint

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// kind says what is asked about a path.
type kind string

// The questions that a log can repeat.
const (
	content kind = "content" // of the file that the path leads to
	listing kind = "listing" // of the folder that it leads to
	kindOf  kind = "kind"    // whether it leads to a file or a folder
	linked  kind = "link"    // the same of the path itself, which may be a link
)

// question is what was asked; paths are those of the operating system.
type question struct {
	kind kind
	path string
}

// Footprint is a set of questions and their answers. Contents and listings are
// kept as SHA-256 sums.
type Footprint struct{ answers map[question]string }

// Len returns the number of questions.
func (f Footprint) Len() int { return len(f.answers) }

// Holds reports whether every question has the same answer now.
func (f Footprint) Holds() bool {
	for q, answer := range f.answers {
		if ask(q) != answer {
			return false
		}
	}
	return true
}

// Changed returns the paths about which something has another answer now,
// sorted. What cannot be asked twice does not count.
func (f Footprint) Changed() []string {
	var paths []string
	for q, answer := range f.answers {
		if now := ask(q); now != answer && now != irregular {
			paths = append(paths, q.path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// MarshalJSON writes the questions as {KIND: {PATH: ANSWER}}.
func (f Footprint) MarshalJSON() ([]byte, error) {
	out := map[kind]map[string]string{}
	for q, answer := range f.answers {
		if out[q.kind] == nil {
			out[q.kind] = map[string]string{}
		}
		out[q.kind][q.path] = answer
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON has written.
func (f *Footprint) UnmarshalJSON(text []byte) error {
	var in map[kind]map[string]string
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("read a footprint: %w", err)
	}
	f.answers = map[question]string{}
	for k, paths := range in {
		if !slices.Contains([]kind{content, listing, kindOf, linked}, k) {
			return fmt.Errorf("read a footprint: unknown question %q", k)
		}
		for path, answer := range paths {
			f.answers[question{k, path}] = answer
		}
	}
	return nil
}

// ask answers a question.
func ask(q question) string {
	switch q.kind {
	case content:
		return contentNow(q.path)
	case listing:
		entries, err := os.ReadDir(q.path)
		return listingAnswer(entries, err)
	case linked:
		info, err := os.Lstat(q.path)
		return kindAnswer(info, err)
	default:
		info, err := os.Stat(q.path)
		return kindAnswer(info, err)
	}
}

// irregular is no answer that was ever written down: what a pipe or a device
// holds cannot be asked twice.
const irregular = ""

func contentNow(path string) string {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return failure(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return failure(err)
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		return irregular
	}
	data := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return sum(data)
		}
		if err != nil {
			return failure(err)
		}
		if len(data) == cap(data) {
			data = slices.Grow(data, 512)
		}
	}
}

func contentAnswer(data []byte, err error) string {
	if err != nil {
		return failure(err)
	}
	return sum(data)
}

func listingAnswer(entries []fs.DirEntry, err error) string {
	if err != nil {
		return failure(err)
	}
	lines := make([]string, len(entries))
	for i, e := range entries {
		lines[i] = fmt.Sprintf("%s\x00%s\x00", e.Name(), e.Type())
	}
	slices.SortFunc(lines, cmp.Compare[string])
	return sum([]byte(strings.Join(lines, "")))
}

func kindAnswer(info fs.FileInfo, err error) string {
	if err != nil {
		return failure(err)
	}
	return info.Mode().Type().String()
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// failure describes an error without the path and the operation, which differ
// with the way in which one asks.
func failure(err error) string {
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return "error: " + number.Error()
	}
	return "error: " + err.Error()
}
