package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// unit says how a measure's numbers are counted and shown.
type unit string

const (
	seconds unit = "s"
	octets  unit = "B"
	times   unit = "×"
)

// row is one line of the table: one measure of one case.
type row struct {
	Case    string  `json:"case"`
	Measure string  `json:"measure"`
	Unit    unit    `json:"unit"`
	Ours    summary `json:"ours"`
	// Peer and Ratio are missing where monctl is held against a limit alone.
	PeerName string   `json:"peer_name,omitempty"`
	Peer     *summary `json:"peer,omitempty"`
	Ratio    *summary `json:"ratio,omitempty"`
	// Limit is what the median of ours must stay below; 0 means none.
	Limit float64 `json:"limit,omitempty"`
	// RatioLimit is what the median of the ratios must not exceed; 0 means none.
	RatioLimit float64 `json:"ratio_limit,omitempty"`
}

// over reports whether the row breaks its limit.
func (r row) over() bool {
	return r.Limit != 0 && r.Ours.Median >= r.Limit || r.RatioLimit != 0 && (r.Ratio == nil || r.Ratio.Median > r.RatioLimit)
}

// limit is what the row is held to, in words.
func (r row) limit() string {
	switch {
	case r.Limit != 0:
		return r.Unit.one(r.Limit)
	case r.RatioLimit != 0:
		return fmt.Sprintf("ratio %.3f", r.RatioLimit)
	default:
		return ""
	}
}

// failure is a case that could not be measured.
type failure struct {
	Case  string `json:"case"`
	Error string `json:"error"`
}

// report is the whole result; its JSON is the document that -json prints.
type report struct {
	FormatVersion int               `json:"format_version"`
	Machine       map[string]string `json:"machine"`
	Versions      map[string]string `json:"versions"`
	Rows          []row             `json:"rows"`
	Notes         []string          `json:"notes"`
	Failures      []failure         `json:"failures"`
}

// failed reports whether a case could not be measured or broke its limit.
func (r report) failed() bool {
	for _, row := range r.Rows {
		if row.over() {
			return true
		}
	}
	return len(r.Failures) > 0
}

// limitRatio sets the limit of the ratio in the rows of a measure. There are none
// if the peer was stopped.
func limitRatio(rows []row, measure string, limit float64) {
	for i := range rows {
		if rows[i].Measure == measure {
			rows[i].RatioLimit = limit
		}
	}
}

// newRow compares the paired values of one measure. Without peer values the row
// has no ratio.
func newRow(name, measure string, u unit, ours []float64, peerName string, peer []float64) row {
	r := row{Case: name, Measure: measure, Unit: u, Ours: summarise(ours)}
	if len(peer) > 0 {
		s := summarise(peer)
		r.PeerName, r.Peer = peerName, &s
	}
	if q := ratios(ours, peer); len(q) > 0 {
		s := summarise(q)
		r.Ratio = &s
	}
	return r
}

func (r report) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (r report) writeText(w io.Writer) error {
	for _, key := range sortedKeys(r.Machine) {
		fmt.Fprintf(w, "%s: %s\n", key, r.Machine[key])
	}
	for _, key := range sortedKeys(r.Versions) {
		fmt.Fprintf(w, "%s: %s\n", key, r.Versions[key])
	}
	fmt.Fprintln(w, "median (min..max); ratio = monctl / peer, below 1 monctl takes less")
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "CASE\tMEASURE\tMONCTL\tPEER\tRATIO\tN\tAGAINST")
	for _, row := range r.Rows {
		peer, ratio, against := "", "", row.PeerName
		if row.Peer != nil {
			peer = row.Unit.show(*row.Peer)
		}
		if row.Ratio != nil {
			ratio = fmt.Sprintf("%.3f (%.3f..%.3f)", row.Ratio.Median, row.Ratio.Min, row.Ratio.Max)
		}
		if limit := row.limit(); limit != "" {
			verdict := "kept"
			if row.over() {
				verdict = "BROKEN"
			}
			if against != "" {
				against += "; "
			}
			against += "limit " + limit + " " + verdict
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", row.Case, row.Measure, row.Unit.show(row.Ours), peer, ratio, row.Ours.N, against)
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	if len(r.Notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	for _, f := range r.Failures {
		fmt.Fprintf(w, "\nFAILED %s: %s\n", f.Case, f.Error)
	}
	return nil
}

// one shows a number with the unit that suits its size.
func (u unit) one(v float64) string {
	switch {
	case u == octets:
		return fmt.Sprintf("%.1f MB", v/1e6)
	case u == times:
		return fmt.Sprintf("%.1f×", v)
	case v < 1:
		return fmt.Sprintf("%.1f ms", v*1e3)
	default:
		return fmt.Sprintf("%.2f s", v)
	}
}

func (u unit) show(s summary) string {
	if s.N == 1 {
		return u.one(s.Median)
	}
	return fmt.Sprintf("%s (%s..%s)", u.one(s.Median), u.one(s.Min), u.one(s.Max))
}
