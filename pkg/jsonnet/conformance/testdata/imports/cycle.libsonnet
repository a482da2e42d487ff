import 'cycle.libsonnet'
