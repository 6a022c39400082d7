"""What the pages ask for, a file a page."""

from loredact.studio.routes import adapters, folder, labelling, masking, quality, texts, training

ROUTERS = tuple(page.router for page in (folder, texts, labelling, training, adapters, masking, quality))

__all__ = ["ROUTERS"]
