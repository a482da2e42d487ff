package routing

import (
	"errors"
	"maps"
	"slices"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/prometheus/alertmanager/template"
)

// Sample is one alert that a text is run over, alone in its group.
type Sample struct {
	Labels, Annotations map[string]string
	// GroupBy are the labels that the route groups by, all if GroupByAll.
	GroupBy    []string
	GroupByAll bool
}

// ErrNotRun means that what a text would say depends on more than the alert.
var ErrNotRun = errors.New("not run")

// maxOutput bounds what a text may write, so that one which never ends does.
const maxOutput = 1 << 20

var errTooLong = errors.New("it writes more than 1 MiB")

// Run returns what a text says of a firing alert. Its error says why the
// notification would fail; it is ErrNotRun where that is not known.
func (t Text) Run(s Sample) (string, error) {
	if t.run == nil {
		return "", ErrNotRun
	}
	group := template.KV{}
	for name, value := range s.Labels {
		if s.GroupByAll || slices.Contains(s.GroupBy, name) {
			group[name] = value
		}
	}
	start := time.Unix(0, 0).UTC()
	data := &template.Data{
		Receiver: t.Receiver, Status: "firing", ExternalURL: "http://localhost", RouteLabels: template.KV{},
		GroupLabels: group, CommonLabels: maps.Clone(s.Labels), CommonAnnotations: maps.Clone(s.Annotations),
		Alerts: template.Alerts{{
			Status: "firing", Labels: maps.Clone(s.Labels), Annotations: maps.Clone(s.Annotations),
			StartsAt: start, GeneratorURL: "http://localhost/graph", Fingerprint: "0000000000000000",
		}},
	}
	var out limitedWriter
	err := t.run.Execute(&out, data)
	return out.String(), unwrapExec(err)
}

// unwrapExec leaves out where in the template an error is, which names what
// monctl calls it.
func unwrapExec(err error) error {
	if failed, ok := errors.AsType[texttemplate.ExecError](err); ok {
		if inner := errors.Unwrap(failed.Err); inner != nil {
			return inner
		}
		_, message, _ := strings.Cut(failed.Error(), ">: ")
		if message != "" {
			return errors.New(message)
		}
	}
	return err
}

type limitedWriter struct{ strings.Builder }

// Write implements io.Writer.
func (w *limitedWriter) Write(p []byte) (int, error) {
	if w.Len()+len(p) > maxOutput {
		return 0, errTooLong
	}
	return w.Builder.Write(p)
}
