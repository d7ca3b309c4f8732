"""What cloudintel is measured against: the stack that it was first described as.

FastAPI, SQLAlchemy's ORM, one row per service and day, one GetMetricStatistics call per
instance. Kept as such a system is usually written, neither slowed down nor tuned.
"""
