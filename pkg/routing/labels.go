package routing

import (
	"fmt"

	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/alertmanager/pkg/labels"
)

// ParseLabel reads a label as amtool's arguments have it: name=value, with
// quotes where the matchers of a configuration need them.
func ParseLabel(text string) (name, value string, err error) {
	useServerMatchers()
	m, err := compat.Matcher(text, "cli")
	if err != nil {
		return "", "", fmt.Errorf("%q is no label: %w", text, err)
	}
	if m.Type != labels.MatchEqual {
		return "", "", fmt.Errorf("%q is a matcher and no label: write name=value", text)
	}
	return m.Name, m.Value, nil
}

// ParseMatchers reads matchers as the matchers of a configuration are written:
// one or several in braces, or without them.
func ParseMatchers(text string) (labels.Matchers, error) {
	useServerMatchers()
	m, err := compat.Matchers(text, "cli")
	if err != nil {
		return nil, fmt.Errorf("%q: %w", text, err)
	}
	return m, nil
}

// Labels returns what is known of an alert of which all labels are.
func Labels(all map[string]string) LabelFunc {
	return func(name string) (string, bool) { return all[name], true }
}
