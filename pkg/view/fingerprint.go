package view

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// index is a place in an array, which something that is put in front moves.
var index = regexp.MustCompile(`/[0-9]+(/|$)`)

// fingerprints returns one for each finding: it stays when lines or rules move,
// differs within a report, and says nothing about the environment.
func fingerprints(findings []mergedFinding) []string {
	seen := map[string]int{}
	out := make([]string, 0, len(findings))
	for _, f := range findings {
		key := strings.Join([]string{f.Code, f.Span.File, f.Object, index.ReplaceAllString(f.Pointer, "/*$1"), f.Summary}, "\x00")
		n := seen[key]
		seen[key]++
		sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(n)))
		out = append(out, hex.EncodeToString(sum[:16]))
	}
	return out
}

// message is a finding's text without its position: the summary, and what more
// there is to say, a line each.
func message(f mergedFinding) string {
	lines := []string{onOneLine(f.Summary)}
	if f.Detail != "" {
		lines = append(lines, plainLines(f.Detail)...)
	}
	if f.Hint != "" {
		lines = append(lines, "help: "+strings.Join(plainLines(f.Hint), "\n"))
	}
	if label, text := whereabouts(f.Diagnostic); text != "" {
		lines = append(lines, label+": "+plain(text))
	}
	if f.Owner != "" {
		lines = append(lines, "owner: "+onOneLine(f.Owner))
	}
	if len(f.envs) > 0 {
		lines = append(lines, "in: "+plain(strings.Join(f.envs, ", ")))
	}
	for _, line := range frames(f.Related) {
		lines = append(lines, "note: "+line)
	}
	return strings.Join(lines, "\n")
}
