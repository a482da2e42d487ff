package view

import (
	"fmt"
	"io"
	"strings"
)

// GraphFormats lists the formats in which WriteGraphs draws.
func GraphFormats() []string { return []string{"dot", "mermaid"} }

// WriteGraphs draws graphs for a program that lays them out: Graphviz ("dot")
// or Mermaid ("mermaid"). Several environments are clusters of one drawing.
// Possible edges are dashed.
func WriteGraphs(w io.Writer, format string, graphs []Graph) error {
	if format == "mermaid" {
		return write(w, mermaid(graphs))
	}
	return write(w, dot(graphs))
}

func dot(graphs []Graph) string {
	var b strings.Builder
	b.WriteString("digraph monctl {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	for i, g := range graphs {
		indent, prefix := "  ", ""
		if len(graphs) > 1 {
			fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s;\n", i, dotString(g.Environment))
			indent, prefix = "    ", g.Environment+"/"
		}
		for _, n := range g.Nodes {
			fmt.Fprintf(&b, "%s%s [label=%s, %s];\n", indent, dotString(prefix+n.ID), dotString(drawnLabel(n)), dotStyle(n.Kind))
		}
		for _, e := range g.Edges {
			style := ""
			if !e.Certain {
				style = " [style=dashed]"
			}
			fmt.Fprintf(&b, "%s%s -> %s%s;\n", indent, dotString(prefix+e.From), dotString(prefix+e.To), style)
		}
		if len(graphs) > 1 {
			b.WriteString("  }\n")
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// drawnLabel has the kind, the name and the detail on lines of their own.
func drawnLabel(n GraphNode) string {
	label := n.Kind + "\n" + n.Name
	if n.Detail != "" {
		label += "\n" + n.Detail
	}
	return label
}

func dotString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", " ").Replace(s) + `"`
}

func dotStyle(kind string) string {
	styles := map[string]string{
		"metric": "shape=ellipse", "record": "style=rounded", "alert": "shape=octagon", "route": "shape=cds",
		"receiver": "shape=house", "inhibition": "shape=diamond", "dashboard": "shape=tab",
	}
	if s, ok := styles[kind]; ok {
		return s
	}
	return "shape=box"
}

func mermaid(graphs []Graph) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, g := range graphs {
		indent := "  "
		if len(graphs) > 1 {
			fmt.Fprintf(&b, "  subgraph e%d[%s]\n", i, mermaidString(g.Environment))
			indent = "    "
		}
		ids := map[string]string{}
		for j, n := range g.Nodes {
			ids[n.ID] = fmt.Sprintf("e%dn%d", i, j)
			fmt.Fprintf(&b, "%s%s[%s]\n", indent, ids[n.ID], mermaidString(drawnLabel(n)))
		}
		for _, e := range g.Edges {
			arrow := "-->"
			if !e.Certain {
				arrow = "-.->"
			}
			fmt.Fprintf(&b, "%s%s %s %s\n", indent, ids[e.From], arrow, ids[e.To])
		}
		if len(graphs) > 1 {
			b.WriteString("  end\n")
		}
	}
	return b.String()
}

// mermaidString writes a text in quotes, with what Mermaid or HTML would read
// otherwise as entities.
func mermaidString(s string) string {
	return `"` + strings.NewReplacer(`#`, "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "\n", "<br>", "`", "#96;").Replace(s) + `"`
}
