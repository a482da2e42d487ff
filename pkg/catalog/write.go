package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const header = `# The metrics that the servers have, for the checks of monctl validate.
# monctl metrics snapshot writes and extends it; see docs/catalog.md.
`

// Encode returns metrics.yaml: sorted, the same bytes for the same catalogue.
func (c *Catalog) Encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%sformat_version: %d\n", header, FormatVersion)
	if len(c.metrics) == 0 {
		b.WriteString("metrics: []\n")
		return b.Bytes()
	}
	b.WriteString("metrics:\n")
	for _, m := range c.metrics {
		fmt.Fprintf(&b, "- name: %s\n", scalar(m.Name))
		if m.Type != "" {
			fmt.Fprintf(&b, "  type: %s\n", m.Type)
		}
		if m.Recorded {
			b.WriteString("  recorded: true\n")
		}
		if m.Labels != nil {
			names := make([]string, 0, len(m.Labels))
			for _, l := range m.Labels {
				names = append(names, scalar(l))
			}
			fmt.Fprintf(&b, "  labels: [%s]\n", strings.Join(names, ", "))
		}
		if m.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", quoted(m.Help))
		}
	}
	return b.Bytes()
}

var plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_:]*$`)

// scalar writes a name plain where YAML takes it for a text: not for one of
// the words of YAML 1.1 for true, false and null.
func scalar(name string) string {
	words := []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
	if !plainName.MatchString(name) || strings.HasSuffix(name, ":") || slices.Contains(words, strings.ToLower(name)) {
		return quoted(name)
	}
	return name
}

// quoted writes a text as JSON, which YAML reads.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // strings have an encoding, and a buffer takes it
	return strings.TrimSuffix(b.String(), "\n")
}
