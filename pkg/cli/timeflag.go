package cli

import (
	"strconv"
	"time"
)

// parseTime reads a time of the command line: RFC 3339, a date with or without
// time of day in UTC, or seconds since 1970.
func parseTime(flag, text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC(), nil
	}
	return time.Time{}, &usageError{
		err:  usagef("--%s %q is no time", flag, text),
		hint: "write 2026-01-03T02:50:00+09:00, or 2026-01-03 02:50 for UTC",
	}
}
