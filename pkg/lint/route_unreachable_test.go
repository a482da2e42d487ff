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

func TestRouteUnreachableByItsMatchers(t *testing.T) {
	check(t, "route/unreachable", map[string]string{"alertmanager": `
route:
  receiver: r
  routes:
  - {matchers: [team="a", team=~"b|c"], routes: [{matchers: [x="y"]}]}
  - matchers: [team="a"]
    routes:
    - {matchers: [team="b"]}
    - {matchers: [team!~"b|c", severity="critical"]}
  - {matchers: [team!~".*"]}
receivers: [{name: r}]
`},
		`/route/routes/0: no alert gets to this route: nothing passes both team="a" and team=~"b|c"`,
		`/route/routes/1/routes/0: no alert gets to this route: nothing passes both team="a" and team="b"`,
		`/route/routes/2: no alert gets to this route: nothing passes team!~".*"`,
	)
}

func TestRouteUnreachableTogether(t *testing.T) {
	check(t, "route/unreachable", map[string]string{"alertmanager": `
route:
  receiver: r
  routes:
  - {matchers: [severity="critical"]}
  - {matchers: [severity="warning"]}
  - {matchers: [team="x"]}
  - {matchers: [severity=~"critical|warning", team="a"]}
  - {matchers: [severity=~"critical|info"]}
  - {matchers: [team!="x"]}
  - {matchers: [severity="none"]}
receivers: [{name: r}]
`},
		`/route/routes/3: no alert gets to this route: earlier ones together take all of them`,
		`/route/routes/6: no alert gets to this route: earlier ones together take all of them`,
	)
}
