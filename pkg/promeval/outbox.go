package promeval

import "time"

// resendDelay is how long Prometheus waits before it sends an alert again: the
// default of --rules.alert.resend-delay.
const resendDelay = time.Minute

// Outbox decides which of the alerts that the rules hold Prometheus sends to
// Alertmanager (rules/alerting.go, AlertingRule.sendAlerts and needsSending).
type Outbox struct {
	// sent has when each alert was sent last, until the rules forget it.
	sent map[outboxKey]time.Time
}

// outboxKey tells alerts apart that have the same labels: those of two rules,
// and those of one rule that follow each other.
type outboxKey struct {
	rule   int
	labels string
	since  int64
}

// Send returns the alerts to be sent after a tick, in the order of the alerts
// that the rules hold then. It has to be asked at every tick.
func (o *Outbox) Send(alerts []ActiveAlert, ts time.Time) []ActiveAlert {
	var out []ActiveAlert
	sent := map[outboxKey]time.Time{}
	for _, a := range alerts {
		if a.State == AlertPending {
			continue
		}
		key := outboxKey{rule: a.Rule, labels: string(a.Labels.Bytes(nil)), since: a.ActiveAt.UnixNano()}
		last := o.sent[key]
		if a.Evaluated && (a.ResolvedAt.After(last) || last.Add(resendDelay).Before(ts)) {
			out, last = append(out, a), ts
		}
		sent[key] = last
	}
	o.sent = sent
	return out
}
