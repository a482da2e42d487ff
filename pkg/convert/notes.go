package convert

import (
	"bytes"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
)

// comments are the notes of one document by pointer. A note that was placed is
// in used, in the order of placing, so that a builder that was not taken can
// give back what it took.
type comments struct {
	order []string
	at    map[string]notes
	used  map[string]bool
	log   []string
}

// readComments returns the notes of every document that holds something; data
// has been read as YAML before.
func readComments(data []byte) []*comments {
	var all []*comments
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if d.Decode(&n) != nil {
			return all
		}
		c := &comments{at: map[string]notes{}, used: map[string]bool{}}
		c.read("", &n)
		if len(n.Content) == 1 && n.Content[0].Kind == yaml.ScalarNode && n.Content[0].Value == "" {
			continue
		}
		all = append(all, c)
	}
}

func (c *comments) read(pointer string, n *yaml.Node) {
	c.note(pointer, n)
	switch n.Kind {
	case yaml.DocumentNode:
		c.read(pointer, n.Content[0])
	case yaml.SequenceNode:
		for i, e := range n.Content {
			at := pointer + "/" + strconv.Itoa(i)
			c.behind(at, e)
			c.read(at, e)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			at := pointer + "/" + bundle.EscapeToken(n.Content[i].Value)
			c.note(at, n.Content[i])
			c.read(at, n.Content[i+1])
		}
	}
}

// behind takes what stands below the last field of an element for a note on the
// element, which it is as a rule: one that was commented out.
func (c *comments) behind(pointer string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return
	}
	last := n.Content[len(n.Content)-2]
	c.note(pointer, &yaml.Node{FootComment: last.FootComment})
	last.FootComment = ""
}

func (c *comments) note(pointer string, n *yaml.Node) {
	if n.HeadComment == "" && n.LineComment == "" && n.FootComment == "" {
		return
	}
	if _, ok := c.at[pointer]; !ok {
		c.order = append(c.order, pointer)
	}
	old := c.at[pointer]
	old.head = append(old.head, commentLines(n.HeadComment)...)
	old.foot = append(old.foot, commentLines(n.FootComment)...)
	if line := commentLines(n.LineComment); len(line) > 0 {
		if old.line != "" || len(line) > 1 {
			old.head = append(old.head, line...)
		} else {
			old.line = line[0]
		}
	}
	c.at[pointer] = old
}

// commentLines takes the marks off; empty lines between comments stay.
func commentLines(s string) []string {
	if s == "" {
		return nil
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(l), "#"), " ")
	}
	return lines
}

// own takes the notes of a pointer alone.
func (c *comments) own(pointer string) notes {
	if c == nil || c.used[pointer] {
		return notes{}
	}
	c.used[pointer] = true
	c.log = append(c.log, pointer)
	return c.at[pointer]
}

// take returns the notes of a pointer and everything below it that no value of
// the program has taken.
func (c *comments) take(pointer string) notes {
	var n notes
	if c == nil {
		return n
	}
	for _, p := range c.order {
		if c.used[p] || p != pointer && !strings.HasPrefix(p, pointer+"/") {
			continue
		}
		c.used[p] = true
		c.log = append(c.log, p)
		one := c.at[p]
		n.head = append(n.head, one.head...)
		n.foot = append(n.foot, one.foot...)
		switch {
		case one.line != "" && p == pointer:
			n.line = one.line
		case one.line != "":
			n.head = append(n.head, one.line)
		}
	}
	return n
}

// mark and release give back what was taken between two marks.
func (c *comments) mark() int {
	if c == nil {
		return 0
	}
	return len(c.log)
}

func (c *comments) release(from, to int) {
	if c == nil {
		return
	}
	for _, p := range c.log[from:to] {
		delete(c.used, p)
	}
}
