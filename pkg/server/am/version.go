package am

import (
	"encoding/json"
	"net/http"
	"runtime/debug"
	"strings"
)

const modulePath = "github.com/prometheus/alertmanager"

// moduleVersion returns the version of Alertmanager that is linked in, without
// the "v", or "" if the binary does not tell.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == modulePath {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	return ""
}

// versioned puts the version of Alertmanager into the answer of
// GET /api/v2/status. Upstream takes it from a variable of prometheus/common,
// which the whole process shares with Prometheus; amtool warns at each call if
// it is not its own.
type versioned struct {
	next    http.Handler
	version string
}

// ServeHTTP implements http.Handler.
func (v *versioned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if v.version == "" || r.Method != http.MethodGet || r.URL.Path != "/api/v2/status" {
		v.next.ServeHTTP(w, r)
		return
	}
	answer := newHeldAnswer()
	v.next.ServeHTTP(answer, r)
	answer.replaceBody(v.withVersion(answer.body.Bytes()))
	answer.send(w)
}

// withVersion returns the answer with the version, or as it is if it is not of
// the expected form.
func (v *versioned) withVersion(body []byte) []byte {
	var status, info map[string]json.RawMessage
	if json.Unmarshal(body, &status) != nil || json.Unmarshal(status["versionInfo"], &info) != nil {
		return body
	}
	var err error
	if info["version"], err = json.Marshal(v.version); err != nil {
		return body
	}
	if status["versionInfo"], err = json.Marshal(info); err != nil {
		return body
	}
	changed, err := json.Marshal(status)
	if err != nil {
		return body
	}
	return append(changed, '\n')
}
