package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// RouteFormats lists the formats in which WriteRoutes draws.
func RouteFormats() []string { return []string{"dot", "svg"} }

// WriteRoutes draws routing trees for Graphviz ("dot"), or as a picture
// ("svg"). Several environments stand below each other, those with the same
// tree together.
func WriteRoutes(w io.Writer, format string, all []RouteTree) error {
	var trees []RouteTree
	for _, m := range sameAnswers(all, func(r *RouteTree) *string { return &r.Environment }) {
		m.answer.Environment = strings.Join(m.envs, ", ")
		trees = append(trees, m.answer)
	}
	if format == "svg" {
		return write(w, routesSVG(trees))
	}
	return write(w, routesDOT(trees))
}

func routesDOT(trees []RouteTree) string {
	var b strings.Builder
	b.WriteString("digraph routes {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n")
	for i, tree := range trees {
		indent, prefix := "  ", ""
		if len(trees) > 1 {
			fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s;\n", i, dotString(tree.Environment))
			indent, prefix = "    ", tree.Environment+"/"
		}
		for _, r := range tree.Routes {
			fmt.Fprintf(&b, "%s%s [label=%s];\n", indent, dotString(prefix+r.ID), dotString(strings.Join(routeLines(tree, r), "\n")))
		}
		for _, r := range tree.Routes {
			if r.Parent == "" {
				continue
			}
			style := ""
			if r.Continue {
				style = " [label=\"continue\", style=dashed]"
			}
			fmt.Fprintf(&b, "%s%s -> %s%s;\n", indent, dotString(prefix+r.Parent), dotString(prefix+r.ID), style)
		}
		if len(trees) > 1 {
			b.WriteString("  }\n")
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// routeLines are what a drawing says of a route: the matchers, the receiver,
// the options, the alerts.
func routeLines(tree RouteTree, r RouteNode) []string {
	lines := append([]string{}, r.Matchers...)
	if len(lines) == 0 {
		lines = append(lines, "all alerts")
	}
	lines = append(lines, "→ "+r.Receiver)
	lines = append(lines, ownOptions(r)...)
	parent := slices.ContainsFunc(tree.Routes, func(o RouteNode) bool { return o.Parent == r.ID })
	if tree.Alerts > 0 && (r.Certain+r.Possible > 0 || !parent) {
		lines = append(lines, endsText(r))
	}
	for _, e := range r.Ends {
		mark := "· "
		if !e.Certain {
			mark = "? "
		}
		lines = append(lines, mark+e.Alert)
	}
	return lines
}

// The measures of the picture, in pixels. Text is of fixed width, so that its
// extent is known without a font.
const (
	svgChar   = 7.3
	svgLine   = 16
	svgPad    = 8
	svgGapX   = 48
	svgGapY   = 12
	svgMargin = 16
)

// svgBox is a route in the picture.
type svgBox struct {
	route         RouteNode
	lines         []string
	x, y          float64
	width, height float64
	below         float64 // height of the box with those to its right
	children      []*svgBox
}

func routesSVG(trees []RouteTree) string {
	var body strings.Builder
	width, y := 0.0, float64(svgMargin)
	for _, tree := range trees {
		if len(trees) > 1 {
			fmt.Fprintf(&body, "<text x=\"%d\" y=\"%.0f\" class=\"env\">%s</text>\n", svgMargin, y+svgLine-4, svgText(tree.Environment))
			y += svgLine + svgGapY
		}
		root := svgLayout(tree)
		var columns []float64
		root.measure(0, &columns)
		root.put(svgMargin, y, 0, columns)
		root.draw(&body)
		right := float64(svgMargin)
		for _, c := range columns {
			right += c + svgGapX
		}
		width = max(width, right-svgGapX+svgMargin)
		y += root.below + svgMargin
	}
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n%s%s</svg>\n",
		width, y, width, y, svgStyle, body.String())
}

const svgStyle = `<style>
text { font: 12px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328; }
.receiver { font-weight: bold; }
.env { font-weight: bold; font-size: 14px; }
.more { fill: #59636e; }
rect { fill: #f6f8fa; stroke: #848d97; rx: 5px; }
rect.none { stroke-dasharray: 3 3; }
path { fill: none; stroke: #848d97; }
path.continue { stroke-dasharray: 5 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .more { fill: #9198a1; } rect { fill: #161b22; }
}
</style>
`

func svgLayout(tree RouteTree) *svgBox {
	boxes := map[string]*svgBox{}
	var root *svgBox
	for _, r := range tree.Routes {
		b := &svgBox{route: r, lines: routeLines(tree, r)}
		boxes[r.ID] = b
		if parent := boxes[r.Parent]; parent != nil {
			parent.children = append(parent.children, b)
		} else {
			root = b
		}
	}
	return root
}

// measure finds the size of boxes, and the widths of columns.
func (b *svgBox) measure(depth int, columns *[]float64) {
	widest := 0
	for _, l := range b.lines {
		widest = max(widest, columnsOf([]rune(plain(l))))
	}
	b.width, b.height = float64(widest)*svgChar+2*svgPad, float64(len(b.lines)*svgLine+2*svgPad)
	if len(*columns) == depth {
		*columns = append(*columns, 0)
	}
	(*columns)[depth] = max((*columns)[depth], b.width)
	for i, c := range b.children {
		c.measure(depth+1, columns)
		if i > 0 {
			b.below += svgGapY
		}
		b.below += c.below
	}
	b.below = max(b.below, b.height)
}

// put places a box and those to its right, of which the first stands beside it.
func (b *svgBox) put(x, y float64, depth int, columns []float64) {
	b.x, b.y = x, y
	for _, c := range b.children {
		c.put(x+columns[depth]+svgGapX, y, depth+1, columns)
		y += c.below + svgGapY
	}
}

func (b *svgBox) draw(out *strings.Builder) {
	for _, c := range b.children {
		class := ""
		if c.route.Continue {
			class = ` class="continue"`
		}
		fromX, fromY := b.x+b.width, b.y+svgPad+svgLine
		toX, toY := c.x, c.y+svgPad+svgLine
		bend := toX - svgGapX/2
		fmt.Fprintf(out, "<path%s d=\"M%.1f %.1f H%.1f V%.1f H%.1f\"/>\n", class, fromX, fromY, bend, toY, toX)
		c.draw(out)
	}
	class := ""
	if b.lines[len(b.lines)-1] == "no alert" {
		class = ` class="none"`
	}
	fmt.Fprintf(out, "<g><title>%s</title><rect%s x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", svgText(b.route.ID), class, b.x, b.y, b.width, b.height)
	matchers := max(len(b.route.Matchers), 1)
	for i, l := range b.lines {
		class := ""
		switch {
		case i == matchers:
			class = ` class="receiver"`
		case i > matchers:
			class = ` class="more"`
		}
		fmt.Fprintf(out, "<text%s x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, b.x+svgPad, b.y+svgPad+float64(i+1)*svgLine-4, svgText(l))
	}
	out.WriteString("</g>\n")
}

func svgText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(plain(s))
}
