package catalog

import (
	"errors"
	"fmt"
	"io"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

// FromExposition makes a catalogue of the text that a target exposes, in
// Prometheus' text format or, where the content type says so or the text ends
// as it must, OpenMetrics. Every metric gets the labels that a scrape adds on
// top of its own. The error says which line does not parse.
func FromExposition(text []byte, contentType string, added []string) (*Catalog, error) {
	if contentType == "" && isOpenMetrics(text) {
		contentType = "application/openmetrics-text; version=1.0.0"
	}
	p, err := textparse.New(text, contentType, labels.NewSymbolTable(), textparse.ParserOptions{FallbackContentType: "text/plain"})
	if p == nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	c := newCollector()
	for {
		entry, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			return c.catalog(), nil
		case err != nil:
			return nil, fmt.Errorf("read metrics: %w", err)
		}
		switch entry {
		case textparse.EntryType:
			name, t := p.Type()
			c.describe(string(name), string(t), "")
		case textparse.EntryHelp:
			name, help := p.Help()
			c.help[string(name)] = string(help)
		case textparse.EntrySeries, textparse.EntryHistogram:
			var l labels.Labels
			p.Labels(&l)
			names := append([]string{}, added...)
			l.Range(func(l labels.Label) { names = append(names, l.Name) })
			c.series(l.Get(model.MetricNameLabel), names)
		case textparse.EntryInvalid, textparse.EntryComment, textparse.EntryUnit:
		}
	}
}

// isOpenMetrics looks for the line that ends OpenMetrics.
func isOpenMetrics(text []byte) bool {
	const end = "# EOF"
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
		text = text[:len(text)-1]
	}
	return len(text) >= len(end) && string(text[len(text)-len(end):]) == end
}
