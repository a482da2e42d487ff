package lint_test

import "testing"

func TestRouteMute(t *testing.T) {
	const config = `
route:
  receiver: r
  routes:
  - matchers: [team="a"]
    mute_time_intervals: [weekends]
    routes: [{matchers: [severity="critical"]}, {matchers: [severity!="critical"]}]
  - matchers: [team="b"]
    active_time_intervals: [office]
    routes: [{matchers: [severity="critical"]}]
  - {matchers: [team="c"], mute_time_intervals: [never, leap]}
receivers: [{name: r}]
time_intervals:
- {name: weekends, time_intervals: [{weekdays: [saturday, sunday]}]}
- {name: office, time_intervals: [{times: [{start_time: "09:00", end_time: "17:00"}]}, {days_of_month: ["31"], months: [february]}]}
- {name: never, time_intervals: [{days_of_month: ["31"], months: [april, june]}]}
- {name: leap, time_intervals: [{days_of_month: ["29"], months: [february], weekdays: [sunday]}]}
- {name: forgotten, time_intervals: [{years: ["2020"]}]}
- {name: empty, time_intervals: []}
`
	want := []string{
		"/route/routes/0/mute_time_intervals: the time intervals of this route mute nothing: the routes below take every alert, and do not inherit them",
		`/time_intervals/1/time_intervals/1: this part of the time interval "office" never occurs: no day is of its months, dates, weekdays and years`,
		`/time_intervals/2: the time interval "never" never occurs: no day is of its months, dates, weekdays and years`,
		`info /time_intervals/4: no route uses the time interval "forgotten"`,
		`/time_intervals/5: the time interval "empty" never occurs: its list of times is empty`,
	}
	check(t, "route/mute", map[string]string{"alertmanager": config}, want...)
	check(t, "route/mute", map[string]string{"alertmanager": config, "rules/n/g": group(`{alert: A, expr: x, labels: {team: b}}`)}, want...)
	withAlert := append([]string{want[0], "info /route/routes/1/active_time_intervals: the time intervals of this route mute no alert of the bundle: other routes take all of them, and those below do not inherit intervals"}, want[1:]...)
	check(t, "route/mute", map[string]string{"alertmanager": config, "rules/n/g": group(`{alert: A, expr: x, labels: {team: b, severity: critical}}`)}, withAlert...)
}
