package am

import (
	"time"

	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/provider"
)

// pendingView is the provider as a new dispatcher sees it. The provider keeps
// resolved alerts for up to half an hour after everybody was told; upstream's
// dispatcher takes them all up when it starts, so a group that still fires
// tells of old resolutions once more. Through this view it gets only those
// resolved alerts that a group of the previous dispatcher still holds: they
// were not told yet.
type pendingView struct {
	provider.Alerts
	held map[model.Fingerprint]struct{}
}

// SlurpAndSubscribe implements provider.Alerts; the dispatcher starts with it.
func (v *pendingView) SlurpAndSubscribe(name string) ([]*alert.Alert, provider.AlertIterator) {
	all, updates := v.Alerts.SlurpAndSubscribe(name)
	now := time.Now()
	pending := make([]*alert.Alert, 0, len(all))
	for _, a := range all {
		if _, ok := v.held[a.Fingerprint()]; ok || !a.ResolvedAt(now) {
			pending = append(pending, a)
		}
	}
	return pending, updates
}
