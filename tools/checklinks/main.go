// Command checklinks reads Markdown files and reports every link to a file or a
// heading of this repository that leads nowhere. Links to other places are not
// followed.
//
//	checklinks README.md docs/*.md
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"unicode"
)

func main() {
	dead, err := check(os.DirFS("."), os.Args[1:])
	for _, d := range dead {
		fmt.Println(d)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "checklinks:", err)
	}
	if err != nil || len(dead) > 0 {
		os.Exit(1)
	}
}

var (
	fence = regexp.MustCompile("^\\s*(```|~~~)")
	// code is a span of code within a line; links in it are no links.
	code = regexp.MustCompile("`[^`]*`")
	// inline is [text](target) or ![text](target "title").
	inline = regexp.MustCompile(`\]\(<?([^()\s>]+)>?(?:\s+"[^"]*")?\)`)
	// reference is the line [name]: target.
	reference = regexp.MustCompile(`^\[[^\]]+\]:\s+<?(\S+?)>?\s*$`)
	heading   = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
	anchorTag = regexp.MustCompile(`<a\s+(?:id|name)="([^"]+)"`)
)

// check returns one message a dead link, in the order of the files.
func check(fsys fs.FS, files []string) ([]string, error) {
	var dead []string
	for _, name := range files {
		text, err := fs.ReadFile(fsys, path.Clean(name))
		if err != nil {
			return dead, fmt.Errorf("read a document: %w", err)
		}
		for i, line := range prose(string(text)) {
			for _, target := range targets(line) {
				why, err := follow(fsys, path.Clean(name), target)
				if err != nil {
					return dead, err
				}
				if why != "" {
					dead = append(dead, fmt.Sprintf("%s:%d: %s: %s", name, i+1, target, why))
				}
			}
		}
	}
	return dead, nil
}

// prose is the lines of a document with those of code blocks emptied, so that
// the numbers of the lines stay.
func prose(text string) []string {
	lines := strings.Split(text, "\n")
	open := ""
	for i, line := range lines {
		mark := fence.FindStringSubmatch(line)
		switch {
		case open == "" && mark != nil:
			open, lines[i] = mark[1], ""
		case open != "":
			if mark != nil && mark[1] == open {
				open = ""
			}
			lines[i] = ""
		}
	}
	return lines
}

// targets are the links of a line.
func targets(line string) []string {
	line = code.ReplaceAllString(line, "``")
	var out []string
	for _, m := range inline.FindAllStringSubmatch(line, -1) {
		out = append(out, m[1])
	}
	if m := reference.FindStringSubmatch(line); m != nil {
		out = append(out, m[1])
	}
	return out
}

// follow says why a link leads nowhere, or nothing.
func follow(fsys fs.FS, from, target string) (string, error) {
	u, err := url.Parse(target)
	if err != nil {
		return "not a link: " + err.Error(), nil
	}
	if u.IsAbs() || u.Host != "" {
		return "", nil
	}
	to := from
	if u.Path != "" {
		to = path.Join(path.Dir(from), u.Path)
		if strings.HasPrefix(u.Path, "/") {
			to = strings.TrimPrefix(path.Clean(u.Path), "/")
		}
	}
	if to == ".." || strings.HasPrefix(to, "../") {
		return "leads out of the repository", nil
	}
	info, err := fs.Stat(fsys, to)
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file", nil
	}
	if err != nil {
		return "", fmt.Errorf("follow a link: %w", err)
	}
	if u.Fragment == "" || info.IsDir() || path.Ext(to) != ".md" {
		return "", nil
	}
	text, err := fs.ReadFile(fsys, to)
	if err != nil {
		return "", fmt.Errorf("follow a link: %w", err)
	}
	if !anchors(string(text))[u.Fragment] {
		return "no such heading", nil
	}
	return "", nil
}

// anchors are the names by which the headings of a document can be linked to,
// made as GitHub makes them.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for _, line := range prose(text) {
		for _, m := range anchorTag.FindAllStringSubmatch(line, -1) {
			names[m[1]] = true
		}
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name := slug(m[1])
		// A heading that comes again gets a number.
		unique := name
		for n := 1; names[unique]; n++ {
			unique = fmt.Sprintf("%s-%d", name, n)
		}
		names[unique] = true
	}
	return names
}

func slug(title string) string {
	// A link within a heading counts with its text alone.
	title = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(title, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, title)
}
