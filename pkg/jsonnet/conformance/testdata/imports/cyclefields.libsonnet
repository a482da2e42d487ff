{ x: 1, y: (import 'cyclefields.libsonnet').x }
