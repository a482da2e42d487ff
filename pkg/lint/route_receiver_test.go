package lint_test

import "testing"

func TestRouteReceiver(t *testing.T) {
	check(t, "route/receiver", map[string]string{"alertmanager": `
route: {receiver: a, routes: [{matchers: [x="y"], receiver: b}]}
receivers: [{name: a}, {name: b}, {name: c}]
`}, `/receivers/2: no route sends anything to receiver "c"`)
}
