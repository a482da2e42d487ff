package kubernetes

import (
	"regexp"
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// maxName is how long a name may be (RFC 1123, subdomain), maxLabel how long
// the value of a label.
const (
	maxName  = 253
	maxLabel = 63
)

var notInName = regexp.MustCompile(`[^a-z0-9.-]+`)

// names gives each of some texts a name that is valid and that no other of
// them has. A text that is a valid name keeps it; of two that would have one,
// and of one that is too long, a part of the hash makes the difference.
func names(prefix string, texts []string) map[string]string {
	taken := map[string]int{}
	plain := map[string]string{}
	for _, t := range texts {
		plain[t] = nameOf(prefix + t)
		taken[plain[t]]++
	}
	out := map[string]string{}
	for _, t := range texts {
		name := plain[t]
		if name != prefix+t && taken[name] > 1 || len(name) > maxName || name == "" {
			sum := bundle.HashOf([]byte(prefix + t)).Short()
			name = strings.Trim(name[:min(len(name), maxName-len(sum)-1)], "-.")
			name = strings.TrimPrefix(name+"-"+sum, "-")
		}
		out[t] = name
	}
	return out
}

// nameOf makes a subdomain of a text: each part between dots begins and ends
// with a letter or digit.
func nameOf(text string) string {
	text = notInName.ReplaceAllString(strings.ToLower(text), "-")
	parts := strings.Split(text, ".")
	for i, p := range parts {
		parts[i] = strings.Trim(p, "-")
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return strings.Join(parts, ".")
}

var (
	validName      = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	validNamespace = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	labelPart      = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
)

// ValidName reports whether Kubernetes accepts the name of an object.
func ValidName(name string) bool { return len(name) <= maxName && validName.MatchString(name) }

// ValidNamespace reports whether Kubernetes accepts the name of a namespace.
func ValidNamespace(name string) bool {
	return len(name) <= maxLabel && validNamespace.MatchString(name)
}

// ValidLabel reports whether Kubernetes accepts a label.
func ValidLabel(name, value string) bool {
	prefix, rest, ok := strings.Cut(name, "/")
	if !ok {
		prefix, rest = "", name
	}
	return (!ok || ValidName(prefix)) && len(rest) <= maxLabel && labelPart.MatchString(rest) &&
		(value == "" || len(value) <= maxLabel && labelPart.MatchString(value))
}
