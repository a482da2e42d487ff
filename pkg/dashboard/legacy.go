package dashboard

import "strings"

// partKind is one of the parts that are decoded on their own.
type partKind int

const (
	shellPart partKind = iota
	panelPart
	variablePart
	annotationPart
)

// harmless reports whether a field that the SDK does not know is known
// nevertheless: because an older Grafana wrote it and the current one migrates
// or ignores it, or because a newer one does and the SDK is behind. Found by
// decoding the dashboards of public mixins.
func harmless(part partKind, panelType, path, name string) bool {
	switch part {
	case shellPart:
		return contains(shellFields, name)
	case variablePart:
		return contains(variableFields, name)
	case annotationPart:
		return contains(annotationFields, name)
	case panelPart:
	}
	switch {
	case path == "":
		return legacyPanelTypes[panelType] || contains(panelFields, name)
	case strings.HasPrefix(path, "/targets/"):
		return contains(queryFields, name)
	case strings.HasPrefix(path, "/links/"):
		return contains(linkFields, name)
	default:
		return contains(optionFields, name)
	}
}

// legacyPanelTypes are migrated to another type as a whole, with all of their
// fields.
var legacyPanelTypes = map[string]bool{
	"graph": true, "singlestat": true, "table-old": true, "grafana-piechart-panel": true, "grafana-worldmap-panel": true,
	"heatmap-new": true, "pluginlist": true,
}

func contains(list, name string) bool {
	for field := range strings.FieldsSeq(list) {
		if field == name {
			return true
		}
	}
	return false
}

const (
	// __inputs and its like are the form for sharing on grafana.com.
	shellFields = `
		__elements __inputs __requires hideControls iteration meta originalTitle rows sharedCrosshair style
		variables scopeMeta`

	variableFields = `
		allFormat baseFilters defaultKeys definition error filters global hiddenOptions id index multiFormat
		queryValue refId refresh_on_load rootStateKey skipUrlSync state tagValuesQuery tags tagsQuery useTags
		regexApplyTo`

	annotationFields = `
		$$hashKey instant limit matchAny rawQuery showIn showLine tags tagsColumn textColumn titleColumn timeColumn query
		lineColor textFormat tagsField textField timeField timeEndField titleField snapshotData ruleKey`

	// panelFields are those of the graph, singlestat and old table panels,
	// which stay behind when a panel's type is changed, and of layouts before
	// gridPos.
	panelFields = `
		alert aliasColors bars $$hashKey breakPoint colorBackground colorPostfix colorPrefix colorValue colors columns combine
		content dashLength dashes decimals editable error fill fillGradient fontSize format gauge grid height
		hiddenSeries hideTimeOverride h isNew leftYAxisLabel legend legendType lines linewidth links mappingType
		mappingTypes maxPerRow minSpan mode nullPointMode nullText options pageSize paceLength percentage pieType
		pointradius points postfix postfixFontSize prefix prefixFontSize rangeMaps renderer rightYAxisLabel
		seriesOverrides showHeader sort spaceLength span sparkline stack steppedLine strokeWidth styles tableColumn
		thresholds timeRegions tooltip transform transparent valueFontSize valueMaps valueName w x xaxis y
		x-axis xAxis y-axis yAxis y_formats yaxes yaxis color cards dataFormat heatmap highlightCards reverseYBuckets tooltipDecimals
		xBucketNumber xBucketSize yBucketBound yBucketNumber yBucketSize hideZeroBuckets cacheTimeout
		scopedVars targetVersion datasourceUid headings recent search starred limit query folderId
		onlyAlertsOnDashboard show sortOrder stateFilter dashboardFilter dashboardTags nameFilter`

	// linkFields say where links led before they had a URL.
	linkFields = `dashboard dashUri keepTime includeVars params type asDropdown icon tags`

	queryFields = `
		aggregation aggregateBy app alias calculatedInterval datasourceErrors dsType errors groupBy groupByKeys
		intervalMs isCustomValue key legendLink $$hashKey maxDataPoints measurement metric metricColumn orderByTime policy
		prometheusIndex rawSql resultFormat select serviceMapUseNativeHistograms step tags target textEditor
		useBackend utcOffsetSec hide queryType datasource splits groupByTags metrics instant range exemplar
		editorMode fullMetaSearch includeNullMetadata useSteps disableTextWrap`

	// optionFields are options and field settings of other versions than the
	// SDK's, and such as stay behind when a panel's type is changed.
	optionFields = `
		alertThreshold annotations basemap colorMode dataLinks enablePagination fieldOptions fillOpacity footer graph
		graphMode layer-tooltip noRepeat orientation pageSize showHeader showLevel showThresholdLabels
		showThresholdMarkers showValues sort textMode timestampResolution tooltipOptions unwrappedColumns
		wrapHeaderText wrapText justifyMode minVizHeight minVizWidth displayMode content mode legend tooltip
		cellHeight layoutAlgorithm sortBy reduceOptions text show detailsMode controlsStorageKey enableInfiniteScrolling
		showControls syntaxHighlighting fontSize dedupStrategy sortOrder sizing namePlacement valueMode
		showUnfilled percentChangeColorMode showPercentChange wideLayout filterable perPage sparkline shape
		barShape barWidthFactor effects endpointMarker neutral segmentCount segmentSpacing textAlign valueSize
		maxVizHeight hideHeader frameIndex scaleDistribution`
)
