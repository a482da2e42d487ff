package lint_test

import "testing"

func TestPromqlImpossible(t *testing.T) {
	check(t, "promql/impossible", rules(
		`{record: 'a:b', expr: 'x{a="1", a="2"}'}`,
		`{alert: A, expr: 'count(x) == 0'}`,
		`{alert: B, expr: '(count(x) or vector(0)) == 0'}`,
		`{record: 'a:c', expr: 'sum by (pod) (sum by (job) (x))'}`,
		`{record: 'a:d', expr: 'vector(1) or sum(x)'}`,
		`{record: 'a:e', expr: 'x{a="1"} unless sum(y)'}`,
		`{record: 'a:f', expr: 'x / on (job) group_left (pod) sum by (job) (y)'}`,
		`{record: 'a:g', expr: 'x{a="1"} / sum(y)'}`,
		`{record: 'a:h', expr: 'x and on (job) (y == 0) * on (cluster) group_left (env, zone) info'}`,
		`{record: 'a:i', expr: 'x and on (job, env) (y == 0) * on (cluster) group_left (env) info'}`,
		`{record: 'a:j', expr: 'x unless on (job) (y * on (cluster) group_left (env) info > 3)'}`,
		`{record: 'a:k', expr: '(x and on (job) y) * on (cluster) group_left (env) info'}`,
		`{record: 'a:l', expr: 'x and y * on (cluster) group_left (env) info'}`,
		`{alert: C, expr: 'x > 5 and x < 3'}`,
		`{alert: D, expr: 'x > 5 and (x <= 5)'}`,
		`{alert: E, expr: 'x > 5 and on (job) x < 3'}`,
		`{alert: F, expr: 'x > 5 and x offset 1h < 3'}`,
	),
		`/rules/0/expr: no series passes both a="1" and a="2"`,
		`/rules/1/expr: the comparison is never true: the value is at least 1, compared with == 0`,
		`/rules/3/expr: by names the label "pod", which cannot be there`,
		`/rules/4/expr: this side of or is never used: the left side always has a result`,
		`/rules/5/expr: unless never takes anything away: the left side has the label "a", the right side cannot have it`,
		`/rules/6/expr: group_left or group_right names the label "pod", which cannot be there`,
		`/rules/8/expr: the labels that group_left or group_right brings here ("env", "zone") are lost: and only asks whether this side is there`,
		`/rules/10/expr: the labels that group_left or group_right brings here ("env") are lost: unless only asks whether this side is there`,
		`/rules/13/expr: both sides ask the same for values that exclude each other: on the left the value is at least 5, on the right the value is at most 3`,
	)
}
