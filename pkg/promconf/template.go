package promconf

import (
	"regexp"
	"strings"

	"github.com/monctl/monctl/pkg/diag"
)

var (
	positionPrefix   = regexp.MustCompile(`^(\d+:\d+: )+`)
	ruleTemplate     = regexp.MustCompile(`(?s)^(label|annotation) "((?:[^"\\]|\\.)*)": (.*)$`)
	templatePrefix   = regexp.MustCompile(`(?s)^template: .*?:\d+: (.*)$`)
	unknownFunction  = regexp.MustCompile(`function "([^"]*)" not defined`)
	unknownVariable  = regexp.MustCompile(`undefined variable "([^"]*)"`)
	unexpectedDollar = regexp.MustCompile(`unexpected|unclosed|unterminated`)
)

// templateError recognises rulefmt's errors about templates.
func templateError(message string) (field, name, text string, ok bool) {
	m := ruleTemplate.FindStringSubmatch(message)
	if m == nil {
		return "", "", "", false
	}
	return m[1] + "s", m[2], m[3], true
}

// explainTemplate takes the noise out of a template parser's message.
func explainTemplate(text string) (message, hint string) {
	message = text
	if m := templatePrefix.FindStringSubmatch(text); m != nil {
		message = m[1]
	}
	message = "template: " + message
	switch {
	case unknownFunction.MatchString(message):
		return message, diag.DidYouMean(unknownFunction.FindStringSubmatch(message)[1], templateFunctions())
	case unknownVariable.MatchString(message):
		name := unknownVariable.FindStringSubmatch(message)[1]
		if hint := diag.DidYouMean(name, []string{"$labels", "$externalLabels", "$externalURL", "$value"}); hint != "" {
			return message, hint
		}
		return message, "templates of rules know $labels, $externalLabels, $externalURL and $value"
	case unexpectedDollar.MatchString(message) && strings.Contains(text, "}"):
		return message, "look for a missing or doubled brace"
	default:
		return message, ""
	}
}

// templateFunctions are the functions of rule templates: Prometheus' own and
// those of text/template.
func templateFunctions() []string {
	return []string{
		"query", "first", "label", "value", "strvalue", "args", "reReplaceAll", "safeHtml", "match", "title",
		"toUpper", "toLower", "graphLink", "tableLink", "sortByLabel", "stripPort", "stripDomain", "humanize",
		"humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration",
		"now", "pathPrefix", "externalURL", "parseDuration", "urlQueryEscape", "tmpl",
		"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
		"print", "printf", "println", "slice", "urlquery",
	}
}
