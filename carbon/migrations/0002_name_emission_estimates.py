from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("carbon", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="resourceemission",
            options={
                "ordering": ["-day", "resource"],
                "verbose_name": "emission estimate",
                "verbose_name_plural": "emission estimates",
            },
        ),
    ]
