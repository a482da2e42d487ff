package lint_test

import (
	"testing"
	"testing/fstest"

	"github.com/monctl/monctl/pkg/lint"
)

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

func TestAlertRunbookInTheProject(t *testing.T) {
	project := fstest.MapFS{"docs/runbooks/There.md": {}}
	checkWith(t, "alert/runbook", lint.Options{Project: project}, rules(
		`{alert: There, expr: x > 1, annotations: {runbook_url: 'https://example.org/blob/main/docs/runbooks/There.md'}}`,
		`{alert: Missing, expr: x > 1, annotations: {runbook_url: 'https://example.org/blob/main/docs/runbooks/Missing.md#now'}}`,
		`{alert: Elsewhere, expr: x > 1, annotations: {runbook_url: 'https://example.com/blob/main/docs/runbooks/Elsewhere.md'}}`,
		`{alert: NoFile, expr: x > 1, annotations: {runbook_url: 'https://example.org/wiki/NoFile'}}`,
	),
		`warning /rules/1/annotations/runbook_url: the runbook of alert "Missing" is not there: docs/runbooks/Missing.md`,
	)
}
