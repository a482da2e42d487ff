package lint_test

import "testing"

func TestRouteTiming(t *testing.T) {
	check(t, "route/timing", map[string]string{"alertmanager": `
route:
  receiver: r
  group_wait: 10m
  routes:
  - {matchers: [severity="critical"], routes: [{matchers: [team="a"]}]}
  - {matchers: [severity=~"critical|page"], group_wait: 6m}
  - {matchers: [severity=~"critical|warning"]}
  - {matchers: [severity="critical"], group_wait: 30s}
  - {matchers: [team="b"], group_interval: 2h, repeat_interval: 1h}
  - matchers: [team="c"]
    repeat_interval: 7d
    routes: [{matchers: [x="y"]}]
  - {matchers: [severity="critical", team="unreachable"], group_wait: 9m}
receivers: [{name: r}]
`},
		"/route/routes/0: critical alerts wait 10m before the first notification",
		"/route/routes/1/group_wait: critical alerts wait 6m before the first notification",
		"/route/routes/4/repeat_interval: nothing is repeated after 1h: a group is looked at every 2h only",
		"info /route/routes/5/repeat_interval: notifications are repeated sooner than after 1w: Alertmanager forgets after 5d that it has sent them",
	)
}
