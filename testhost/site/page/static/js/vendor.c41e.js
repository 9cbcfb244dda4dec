(self.webpackChunks = self.webpackChunks || []).push('vendor');
