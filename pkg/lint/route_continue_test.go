package lint_test

import "testing"

func TestRouteContinue(t *testing.T) {
	check(t, "route/continue", map[string]string{"alertmanager": `
route:
  receiver: r
  routes:
  - {matchers: [team="a"], continue: true}
  - {matchers: [team=~"b|c"], continue: true}
  - matchers: [severity="critical"]
    continue: true
    routes:
    - {matchers: [team="a"], continue: true}
    - {matchers: [team="b"]}
  - {matchers: [team="a"], continue: true}
receivers: [{name: r}]
`},
		"/route/routes/2/routes/0/continue: continue has no effect: no later route can take what this one takes",
		"/route/routes/3/continue: continue has no effect: no route follows this one",
	)
}
