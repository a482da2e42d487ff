package lint_test

import (
	"regexp"
	"testing"

	"github.com/monctl/monctl/pkg/lint"
)

func TestAlertName(t *testing.T) {
	lines := rules(
		`{alert: HostDown, expr: x > 1}`,
		`{alert: 'host down', expr: x > 1}`,
		`{alert: host_down, expr: x > 1}`,
		`{record: 'a:b', expr: x}`,
	)
	check(t, "alert/name", lines,
		`/rules/1/alert: alert "host down" is not named in camel case`,
		`/rules/2/alert: alert "host_down" is not named in camel case`,
	)
	checkWith(t, "alert/name", lint.Options{Conventions: lint.Conventions{AlertName: regexp.MustCompile(`^[a-z_]+$`)}}, lines,
		`/rules/0/alert: the name of alert "HostDown" does not match ^[a-z_]+$`,
		`/rules/1/alert: the name of alert "host down" does not match ^[a-z_]+$`,
	)
}
