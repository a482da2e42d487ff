package lint_test

import "testing"

func TestRouteUnreachable(t *testing.T) {
	check(t, "route/unreachable", map[string]string{"alertmanager": `
route:
  receiver: r
  routes:
  - {matchers: [team="a"], continue: true}
  - {matchers: [team="a"]}
  - {matchers: [team="a", severity="critical"]}
  - {matchers: [team=~"a|b"]}
  - {matchers: [team="b"]}
  - {matchers: [team=~"b.*"]}
  - matchers: [team="c"]
    routes:
    - {receiver: r}
    - {matchers: [severity="critical"]}
receivers: [{name: r}]
`},
		"/route/routes/2: no alert gets to this route: an earlier one takes all of them",
		"/route/routes/4: no alert gets to this route: an earlier one takes all of them",
		"/route/routes/6/routes/1: no alert gets to this route: an earlier one takes all of them",
	)
}
