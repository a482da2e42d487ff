package lint_test

import "testing"

func TestAlertRunbook(t *testing.T) {
	check(t, "alert/runbook", rules(
		`{alert: URL, expr: x > 1, annotations: {runbook_url: 'https://example.org/URL.md'}}`,
		`{alert: Template, expr: x > 1, annotations: {runbook_url: '{{ $labels.base }}/x'}}`,
		`{alert: None, expr: x > 1}`,
		`{alert: Path, expr: x > 1, annotations: {runbook_url: runbooks/Path.md}}`,
	),
		`/rules/2: alert "None" has no runbook_url`,
		`warning /rules/3/annotations/runbook_url: runbook_url "runbooks/Path.md" is not a URL`,
	)
}
