(self.webpackChunks = self.webpackChunks || []).push('runtime');
