package view

import (
	"fmt"
	"strings"
)

// Message is what one integration of a receiver sends.
type Message struct {
	Receiver string `json:"receiver"`
	// Integration is its type and index: "slack/0".
	Integration string `json:"integration"`
	// Skipped says why nothing is sent.
	Skipped string `json:"skipped,omitempty"`
	// Fields are in the order of their names, which are those of the
	// configuration.
	Fields []MessageField `json:"fields,omitempty"`
}

// MessageField is a field of a message, its template filled in.
type MessageField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Error is what went wrong with the template.
	Error string `json:"error,omitempty"`
}

// messages draws messages, a field a line or, where it has several lines, a
// block.
func (t *textWriter) messages(messages []Message, indent string) {
	for _, m := range messages {
		t.printf("%s%s\n", indent, t.styled(bold, plain(m.Integration)))
		if m.Skipped != "" {
			t.printf("%s  nothing: %s\n", indent, plain(m.Skipped))
		}
		for _, f := range m.Fields {
			t.messageField(f, indent+"  ")
		}
	}
}

func (t *textWriter) messageField(f MessageField, indent string) {
	name := t.styled(dim, plain(f.Name)+":")
	if f.Error != "" {
		t.printf("%s%s %s\n", indent, name, t.styled(red, onOneLine(f.Error)))
		return
	}
	lines := plainLines(strings.Trim(f.Value, "\n"))
	if len(lines) == 1 {
		t.printf("%s%s\n", indent, strings.TrimRight(fmt.Sprintf("%s %s", name, lines[0]), " "))
		return
	}
	t.printf("%s%s\n", indent, name)
	for _, l := range lines {
		t.printf("%s\n", strings.TrimRight(indent+"  "+l, " "))
	}
}
