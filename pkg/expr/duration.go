package expr

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
)

// ParseDuration parses a duration as Prometheus' configuration and rules have
// it: numbers with the units y, w, d, h, m, s and ms, the larger before the
// smaller, such as 1h30m, or 0.
func ParseDuration(text string) (time.Duration, error) {
	d, err := model.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: want for example 90s or 1h30m, of y, w, d, h, m, s and ms in this order", text)
	}
	return time.Duration(d), nil
}
