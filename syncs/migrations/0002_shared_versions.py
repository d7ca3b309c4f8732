from django.db import migrations

from syncs.migrations._version_triggers import install, uninstall


class Migration(migrations.Migration):
    dependencies = [("syncs", "0001_initial")]

    operations = [migrations.RunPython(install, uninstall)]
