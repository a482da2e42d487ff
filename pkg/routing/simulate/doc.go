// Package simulate says what Alertmanager would send, to whom and when: it
// plays deliveries of alerts through a configuration at virtual time, and
// renders what the receivers get.
//
// A Delivery is one alert sent to Alertmanager at an instant. Run plays
// deliveries and returns a Timeline, whose Notifications are the flushes of
// groups that reached somebody. A flush may notify some integrations of a
// receiver and not others: each keeps its own notification log and decides for
// itself whether resolved alerts are sent. A Renderer turns a notification into
// the fields of one integration, named as in the configuration.
//
// What Alertmanager's packages do with real timers is done here over a queue
// of instants, with the same rules; upstream's own code is used where it knows
// no clock: routes, matchers, time intervals, templates. A test holds the
// result against upstream's dispatcher, inhibitor, silencer, notification log
// and notification pipeline under fake time.
//
// At one instant the order is: alerts are delivered, in the order given; then
// groups are flushed, by key. Nothing takes time and no notification fails.
// There is one Alertmanager, not a cluster. Alerts that are delivered at one
// instant are all there when a group that one of them opened is flushed at that
// same instant, where the real server may be caught between two of them.
package simulate
